export default {
  fetch() {
    return new Response("Hello from one of ten Workers\n");
  },
};
