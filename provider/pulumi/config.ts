import type { dynamic } from "@pulumi/pulumi";
import type { Sources } from "../cloudflare/credentials";

let config: dynamic.Config | undefined;

/** Takes the stack's configuration, once per process and before anything else. */
export async function configure(request: dynamic.ConfigureRequest): Promise<void> {
  config = request.config;
  return Promise.resolve();
}

/** Where this process finds credentials. Read at every use and never kept, so that nothing captures a token. */
export function sources(): Sources {
  return { environment: process.env, config: (key) => config?.get(key) };
}
