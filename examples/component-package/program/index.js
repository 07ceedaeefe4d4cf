import { Service } from "@acme/infra";

export const status = new Service("checkout", { main: "worker.mjs" }).status;
