/** How a request says which object it is for, and what it asked for; and how an answer says what the object threw. */
export const OBJECT_HEADERS = {
  className: "x-edge-object-class",
  id: "x-edge-object-id",
  name: "x-edge-object-name",
  url: "x-edge-object-url",
  thrown: "x-edge-object-thrown",
} as const;
