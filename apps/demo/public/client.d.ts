export * from "@oncekey/client";
