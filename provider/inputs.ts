import type { Input } from "@pulumi/pulumi";

/** `T`, where every part may also be an output of another resource. */
export type Inputs<T> = Input<
  T extends readonly (infer Element)[]
    ? Inputs<Element>[]
    : T extends object
      ? { [Key in keyof T]: Inputs<T[Key]> }
      : T
>;
