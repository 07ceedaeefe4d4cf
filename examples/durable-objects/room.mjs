import { DurableObject } from "cloudflare:workers";

export class Room extends DurableObject {
  async enter() {
    const visitors = ((await this.ctx.storage.get("visitors")) ?? 0) + 1;
    await this.ctx.storage.put("visitors", visitors);
    return visitors;
  }
}
