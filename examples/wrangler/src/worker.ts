interface Env {
  readonly GREETING: string;
}

export default {
  fetch: (_request: Request, { GREETING }: Env) => new Response(`${GREETING}\n`),
};
