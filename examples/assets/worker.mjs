export default {
  async fetch(request, { ASSETS }) {
    const answer = await ASSETS.fetch(request);
    // A page names the files of its own version. Kept by a browser, it would ask for them long after.
    const page = new Response(answer.body, answer);
    page.headers.set("cache-control", "no-cache");
    return page;
  },
};
