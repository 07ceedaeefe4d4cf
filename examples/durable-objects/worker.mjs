export { Room } from "./room.mjs";

export default {
  async fetch(request, { ROOMS }) {
    const room = ROOMS.get(ROOMS.idFromName(new URL(request.url).pathname));
    return new Response(`visitor ${await room.enter()}`);
  },
};
