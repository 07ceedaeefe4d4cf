import { stripVTControlCharacters } from "node:util";

/** What is written to: a terminal, or a file or pipe. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const toLineEnd = "\u001b[K";
const toScreenEnd = "\u001b[J";

/** A text on a terminal that is replaced in place, in one write: nothing flickers. */
export class Redrawn {
  private lines = 0;

  constructor(private readonly screen: Screen) {}

  show(text: string): void {
    const lines = text.split("\n");
    const back = this.lines > 0 ? `\u001b[${this.lines}A` : hideCursor;
    this.screen.write(`${back}${lines.map((line) => `${line}${toLineEnd}\n`).join("")}${toScreenEnd}`);
    this.lines = lines.reduce((sum, line) => sum + this.rowsOf(line), 0);
  }

  /** Leaves what was shown last, and the cursor below it. */
  end(): void {
    if (this.lines > 0) this.screen.write(showCursor);
  }

  /** A line that is wider than the terminal goes on in the next row. */
  private rowsOf(line: string): number {
    const { columns = Infinity } = this.screen;
    return Math.max(1, Math.ceil(stripVTControlCharacters(line).length / Math.max(1, columns)));
  }
}
