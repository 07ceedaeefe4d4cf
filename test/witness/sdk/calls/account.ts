import type { Calls } from "./types";

/** Who asks, and the account. */
export const ACCOUNT_CALLS: Calls = {
  "accounts.list": [({ client }) => client.accounts.list()],
  "accounts.get": [({ client, account }) => client.accounts.get(account)],
  "memberships.list": [({ client }) => client.memberships.list()],
  "memberships.get": [
    async ({ client }) => {
      const [membership] = (await client.memberships.list()).result;
      return client.memberships.get(membership?.id ?? "");
    },
  ],
  "user.get": [({ client }) => client.user.get()],
  "user.tokens.verify": [({ client }) => client.user.tokens.verify()],
  // The subdomain is given when the edge starts: it may be set to what it is.
  "workers.subdomains.update": [
    ({ client, account, edge }) =>
      client.workers.subdomains.update({ ...account, subdomain: edge.subdomain }),
  ],
  "workers.subdomains.get": [({ client, account }) => client.workers.subdomains.get(account)],
};
