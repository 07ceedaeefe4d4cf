import type { Hono } from "hono";
import { z } from "zod";
import type { Once } from "../once";
import type { Said } from "../pages/frame";
import { orderPage } from "../pages/order";
import { orderKinds, type OrderKind, type Ports } from "../ports";
import { messageOf } from "./messageOf";
import { workerPath } from "./paths";

const orderPath =
  `${workerPath}/orders/:kind{${orderKinds.join("|")}}` as `${typeof workerPath}/orders/:kind{approve}`;

const orderForm = z.object({
  shown: z.string(),
  once: z.uuid(),
  reason: z.string().trim().max(300).optional(),
});

/** Approve, hold, resume, promote and abort: each is shown and asked about, and carried out once. */
export function takeOrders(app: Hono, ports: Ports, done: Once<Said>): void {
  app.get(orderPath, async ({ req, html }) => {
    const [scriptName, kind] = [req.param("name"), req.param("kind") as OrderKind];
    const [{ name: account }, proposal] = await Promise.all([
      ports.account(),
      ports.propose(scriptName, kind),
    ]);
    return html(orderPage({ account, scriptName, kind, once: crypto.randomUUID() }, proposal));
  });

  app.post(orderPath, async ({ req, redirect }) => {
    const [scriptName, kind] = [req.param("name"), req.param("kind") as OrderKind];
    const { shown, once, reason } = orderForm.parse(await req.parseBody());
    const order = { scriptName, kind, shown, reason: reason === "" ? undefined : reason };
    await done.do(once, () => outcomeOf(() => ports.order(order), ports.clock.now()));
    return redirect(`/workers/${scriptName}?done=${once}`, 303);
  });
}

/** What came of something that somebody has ordered, in words. */
export async function outcomeOf(work: () => Promise<string>, at: number): Promise<Said> {
  try {
    return { text: await work(), isGood: true, at };
  } catch (error) {
    return { text: messageOf(error), isGood: false, at };
  }
}
