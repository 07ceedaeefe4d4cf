// A service to rehearse releases on. With `?rate=N` one request in N has bad luck, on average (default 100). What bad
// luck is, the binding BAD_LUCK says: "slow" answers late, "error" answers 500.

export default {
  async fetch(request, env) {
    const rate = Number(new URL(request.url).searchParams.get("rate") ?? 100);
    const unlucky = Math.random() * rate < 1;
    if (unlucky && env.BAD_LUCK === "error") return new Response("Simulated error\n", { status: 500 });
    await sleep(unlucky ? 1000 + 200 * Math.random() : 10 + 20 * Math.random());
    return new Response(`Hello from version ${env.VERSION.id}\n`);
  },
};

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
