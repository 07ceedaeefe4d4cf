const inPlace = process.stdout.isTTY;
const every = inPlace ? 1_000 : 10_000;

export function say(text) {
  console.log(text);
}

/** Says what is being done for as long as `work` takes: `work` gets a function that tells how far it is. */
export async function saying(what, work) {
  const start = Date.now();
  let progress = "";
  const news = () => `${progress}${since(start)}`;
  const show = inPlace
    ? () => process.stdout.write(`\r\x1b[2K${what} … ${news()}`)
    : () => say(`  … ${news()}`);
  process.stdout.write(inPlace ? `${what} …` : `${what} …\n`);
  const timer = setInterval(show, every);
  try {
    const result = await work((text) => (progress = `${text}, `));
    finish(`${what}: done in ${since(start)}`);
    return result;
  } catch (error) {
    finish(`${what}: ${error.message.split("\n")[0]}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

function finish(text) {
  say(inPlace ? `\r\x1b[2K${text}` : text);
}

function since(start) {
  const seconds = Math.round((Date.now() - start) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
