import type { Connection } from "./client";
import { isLoopback } from "./workerAddress";

/** Where a credential may come from. */
export interface Sources {
  /** The environment variables of the process that releases. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The stack's configuration, by full key: `workers-release:apiToken`. */
  readonly config: (key: string) => string | undefined;
}

/** The namespace of this package in a stack's configuration. */
const own = "workers-release";
/** The namespace of Cloudflare's plugin: the keys that it knows are read too, so that nobody has to set them twice. */
const cloudflares = "cloudflare";

/**
 * The token and the address of the API: `CLOUDFLARE_API_TOKEN` and `CLOUDFLARE_BASE_URL`, else the stack's
 * `workers-release:apiToken` and `workers-release:baseUrl`, else its `cloudflare:apiToken` and `cloudflare:baseUrl`, which
 * Cloudflare's own plugin reads too. What is set but empty counts as not set. Both come from the environment or both from
 * the stack, and `http:` is for loopback only.
 * @throws {Error} when there is no token, the address cannot be one, or the two come from different sources.
 */
export function resolveConnection(sources: Sources): Connection {
  const token = lookUp(sources, "CLOUDFLARE_API_TOKEN", [`${own}:apiToken`, `${cloudflares}:apiToken`]);
  if (token === undefined) {
    throw new Error(
      "There is no API token for Cloudflare: neither the environment variable CLOUDFLARE_API_TOKEN nor the stack's " +
        "workers-release:apiToken or cloudflare:apiToken is set. Set one of them: export CLOUDFLARE_API_TOKEN=…, " +
        "or pulumi config set --secret workers-release:apiToken.",
    );
  }
  const address = lookUp(sources, "CLOUDFLARE_BASE_URL", [`${own}:baseUrl`, `${cloudflares}:baseUrl`]);
  if (address === undefined) return { apiToken: token.value };
  if (address.isFromEnvironment !== token.isFromEnvironment) throw apart(token, address);
  return { apiToken: token.value, baseUrl: checkAddress(address.value, address.from) };
}

/** Whoever can write a stack's configuration must not get the token of the machine that runs it, nor the other way. */
function apart(token: Found, address: Found): Error {
  const missing = token.isFromEnvironment
    ? "set CLOUDFLARE_BASE_URL as well (https://api.cloudflare.com/client/v4 is Cloudflare's own)"
    : "set CLOUDFLARE_API_TOKEN as well";
  return new Error(
    `The API token comes from ${token.from}, and the API's address from ${address.from}: a token is only sent to an ` +
      `address from the same source. Either ${missing}, or unset ${token.isFromEnvironment ? token.from : address.from}.`,
  );
}

const setAccount = "export CLOUDFLARE_ACCOUNT_ID=…, or pulumi config set workers-release:accountId …";

/**
 * The account: `CLOUDFLARE_ACCOUNT_ID`, else the stack's `workers-release:accountId`.
 * @throws {Error} when there is none.
 */
export function resolveAccountId(sources: Sources): string {
  const account = lookUp(sources, "CLOUDFLARE_ACCOUNT_ID", [`${own}:accountId`]);
  if (account !== undefined) return account.value;
  const misplaced = misplacedAccount(sources);
  throw new Error(
    misplaced ??
      "There is no Cloudflare account: neither accountId, nor the environment variable CLOUDFLARE_ACCOUNT_ID, nor the " +
        `stack's workers-release:accountId is set. Set one of them: ${setAccount}. The dashboard shows the id beside the ` +
        "account's name.",
  );
}

/**
 * That the stack has `cloudflare:accountId`, which versions of this package before 0.2 read, and what to do; undefined
 * where it has none.
 */
export function misplacedAccount({ config }: Sources): string | undefined {
  if (!config(`${cloudflares}:accountId`)?.trim()) return undefined;
  return (
    "The stack has cloudflare:accountId, which is not read: Cloudflare's plugin has no such configuration key, and each " +
    `of its operations fails as long as it is there. Take it out: pulumi config rm cloudflare:accountId. Give the account ` +
    `by the input accountId, or: ${setAccount}.`
  );
}

interface Found {
  readonly value: string;
  readonly from: string;
  /** Else it is from the stack's configuration. */
  readonly isFromEnvironment: boolean;
}

function lookUp(
  { environment, config }: Sources,
  variable: string,
  keys: readonly string[],
): Found | undefined {
  const fromEnvironment = environment[variable]?.trim();
  if (fromEnvironment) return { value: fromEnvironment, from: variable, isFromEnvironment: true };
  for (const key of keys) {
    const value = config(key)?.trim();
    if (value) return { value, from: key, isFromEnvironment: false };
  }
  return undefined;
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}

/** The address is not repeated in the messages: it may hold a password. */
function checkAddress(address: string, from: string): string {
  const must = "It must look like https://api.cloudflare.com/client/v4.";
  if (!URL.canParse(address)) throw new Error(`${from} is not a URL. ${must}`);
  const url = new URL(address);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Error(`${from} begins with ${url.protocol}//. ${must}`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new Error(
      `${from} begins with http:// and is not on this machine: the token would cross the network for all to read. ` +
        "Use https://; http:// is for a local edge on loopback.",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new Error(`${from} has a user or a password in it; the API knows only tokens. ${must}`);
  }
  const path = withoutSlashes(url.pathname);
  if (!path.endsWith("/client/v4") || url.search !== "" || url.hash !== "") {
    throw new Error(`${from} does not end with /client/v4. ${must}`);
  }
  return url.origin + path;
}
