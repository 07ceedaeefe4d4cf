import { clockText } from "../../rollout/text/words";
import { Redrawn, type Screen } from "./screen";
import type { Colors } from "./colors";
import { statusText } from "./text";
import { changeText, type Output } from "./watch";

/** On a terminal: the whole state, in place. */
export function terminalOutput(screen: Screen, colors: Colors): Output {
  const shown = new Redrawn(screen);
  return {
    show: (view, trouble) => {
      const text = statusText(view, colors, screen.columns);
      const unread = `\n${colors.yellow(`As it was when it could be read last: ${trouble ?? ""}`)}`;
      shown.show(trouble === undefined ? text : text + unread);
    },
    end: () => {
      shown.end();
    },
  };
}

/** In a log: a line whenever something has changed. */
export function lineOutput(screen: Screen): Output {
  let last = "";
  return {
    show: (view, trouble) => {
      const text = trouble ?? changeText(view);
      if (text !== last) screen.write(`${clockText(Date.parse(view.at))} ${text}\n`);
      last = text;
    },
    end: () => undefined,
  };
}

/** For programs: each look as one line of JSON; what is wrong goes elsewhere. */
export function jsonOutput(screen: Screen, errors: Screen): Output {
  return {
    show: (view, trouble) => {
      if (trouble === undefined) screen.write(`${JSON.stringify(view)}\n`);
      else errors.write(`${trouble}\n`);
    },
    end: () => undefined,
  };
}
