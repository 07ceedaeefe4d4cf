import { addVersion } from "/tmp/wt/people/test/edge/support";
const [, , source] = process.argv;
const e = { baseUrl: process.env.CLOUDFLARE_BASE_URL!, token: process.env.CLOUDFLARE_API_TOKEN!, accountId: process.env.CLOUDFLARE_ACCOUNT_ID!, port: 0, subdomain: "local" };
addVersion(e as never, "checkout", source!).then((id) => console.log(id));
