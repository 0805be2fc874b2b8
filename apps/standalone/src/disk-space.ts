import { statfs } from 'node:fs/promises';

/** An empty cluster takes 50 MB and Postgres' log 16 MB a piece; below this a first upload cannot end well. */
export const LEAST_FREE_BYTES = 500_000_000;
/** While it runs: Postgres' next piece of its log and a checkpoint of a model still fit. */
const ALARM_BYTES = 200_000_000;
/** A disk does not fill in a blink, and the person has time to react. */
const LOOK_EVERY_MILLISECONDS = 10_000;

export async function freeBytesOf(folder: string): Promise<number> {
  const space = await statfs(folder);
  return space.bavail * space.bsize;
}

/** Says once when the disk of the folder is nearly full, and once when there is room again. Answers how to end it. */
export function watchDisk(folder: string, log: (sentence: string) => void): () => void {
  let isAlarmed = false;
  const look = async (): Promise<void> => {
    const freeBytes = await freeBytesOf(folder).catch(() => LEAST_FREE_BYTES);
    if (!isAlarmed && freeBytes < ALARM_BYTES) {
      isAlarmed = true;
      log(`The disk of ${folder} is nearly full: ${Math.floor(freeBytes / 1e6)} MB are free. Uploads and training fail until there is room; nothing that was saved is lost.`);
    } else if (isAlarmed && freeBytes >= LEAST_FREE_BYTES) {
      isAlarmed = false;
      log(`The disk of ${folder} has room again.`);
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MILLISECONDS);
  timer.unref();
  return () => clearInterval(timer);
}
