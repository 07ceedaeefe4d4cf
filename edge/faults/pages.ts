import { newRay } from "../data/ray";

/** What Cloudflare's pages say in their title and their headline. */
const PAGES: Readonly<Record<403 | 502 | 504, readonly [title: string, headline: string]>> = {
  403: ["Attention Required! | Cloudflare", "Sorry, you have been blocked"],
  502: ["api.cloudflare.com | 502: Bad gateway", "Bad gateway"],
  504: ["api.cloudflare.com | 504: Gateway time-out", "Gateway time-out"],
};

/** A page as Cloudflare's firewall (403) or a gateway in front of its API (502, 504) answers with. */
export function pageOf(status: keyof typeof PAGES): string {
  const [title, headline] = PAGES[status];
  return `<!DOCTYPE html>
<html lang="en-US">
<head><title>${title}</title><style>body { font-family: sans-serif }</style></head>
<body><h1>${headline}</h1><p>Cloudflare Ray ID: <strong>${newRay()}</strong></p></body>
</html>
`;
}
