export const fixture = { name: "not the default" };
