import type { Clock, Progress } from "../../rollout/ports";
import { clockText } from "../../rollout/text/words";
import { harmless } from "../../shown";
import type { Screen } from "../status/screen";
import { inCommandWords } from "./words";

/** A log must not look dead, nor repeat itself: of the line that is always up to date it shows so much. */
const logEveryMs = 300_000;

/** A release that tells what it does on a terminal or in a log; to be ended when it has. */
export interface TerminalProgress extends Progress {
  end(): void;
}

/** What happens stays; what is so at this moment is one line on a terminal, and in a log one of some minutes. */
export function terminalProgress(screen: Screen, clock: Pick<Clock, "now">): TerminalProgress {
  return screen.isTTY ? liveProgress(screen) : logProgress(screen, clock);
}

const clearLine = "\r\u001b[K";

function liveProgress(screen: Screen): TerminalProgress {
  let shown = "";
  const width = (): number => Math.max(20, screen.columns ?? 80) - 1;
  return {
    status: (line) => {
      const text = harmless(inCommandWords(line));
      shown = text.length > width() ? `${text.slice(0, width() - 1)}…` : text;
      screen.write(`${clearLine}${shown}`);
    },
    event: (line) => {
      screen.write(`${clearLine}${harmless(inCommandWords(line))}\n${shown}`);
    },
    end: () => {
      screen.write(clearLine);
    },
  };
}

function logProgress(screen: Screen, clock: Pick<Clock, "now">): TerminalProgress {
  let writtenAt = clock.now();
  const write = (line: string): void => {
    writtenAt = clock.now();
    screen.write(`${clockText(writtenAt)} ${harmless(inCommandWords(line))}\n`);
  };
  return {
    status: (line) => {
      if (clock.now() >= writtenAt + logEveryMs) write(line);
    },
    event: write,
    end: () => undefined,
  };
}
