/** Tells what somebody does, in a line. */
export type Say = (who: "client" | "provider" | "shop" | "network", what: string) => void;
