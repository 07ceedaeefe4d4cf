import Mocha from "mocha";

/** Mocha's usual report, and below it one plain line with the counts for those who read only the end. */
export default class Counting extends Mocha.reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`);
  }
}
