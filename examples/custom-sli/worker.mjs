// A payment that is declined is answered with 200 as well: only the log line tells.
const DECLINED = 0.02;

export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/pay") return new Response("What would you like?\n");
    const declined = Math.random() < DECLINED;
    console.log({ event: "payment", declined });
    return Response.json({ declined });
  },
};
