/** The longest answer that is read, in bytes: a day's telemetry is less than a thirtieth of it. */
export const mostBytes = 32 * 1024 * 1024;

/**
 * A `fetch` that an API can do no harm through: it follows no redirect, which would carry a request's body and what is
 * secret in it to another host, and it reads no more of an answer than {@link mostBytes}.
 */
export const guardedFetch: typeof fetch = async (input, init) => {
  const answer = await fetch(input, { ...init, redirect: "manual" });
  if (answer.body === null) return answer;
  if (Number(answer.headers.get("content-length") ?? 0) > mostBytes) {
    await answer.body.cancel();
    throw tooLong();
  }
  const { status, statusText, headers } = answer;
  return new Response(answer.body.pipeThrough(limited()), { status, statusText, headers });
};

/** Counts what is really read: a length may be missing or untrue, and a compressed answer grows. */
function limited(): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) controller.error(tooLong());
      else controller.enqueue(chunk);
    },
  });
}

function tooLong(): Error {
  return new Error(`the answer is longer than ${mostBytes / 1024 / 1024} MB, more than the API ever says`);
}
