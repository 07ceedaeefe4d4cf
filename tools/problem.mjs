/** Something a person has to put right: the message says what was found and what to do, and needs no stack. */
export class Problem extends Error {}
