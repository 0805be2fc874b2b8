/** Where a large answer is written while it comes. The picker exists in some browsers only, and TypeScript knows none of it. */
interface FilePickers {
  readonly showSaveFilePicker?: (options: { readonly suggestedName: string }) => Promise<{ readonly createWritable: () => Promise<WritableStream<Uint8Array>> }>;
}

/** A file of the reader's choice, where the browser can; null where it cannot. Throws `AbortError` when the reader chose none. To be called in a click. */
export async function pickTarget(name: string): Promise<WritableStream<Uint8Array> | null> {
  const picker = (window as FilePickers).showSaveFilePicker;
  return picker === undefined ? null : (await picker({ suggestedName: name })).createWritable();
}

/** Counts what passes. */
export function counted(body: ReadableStream<Uint8Array>, onBytes: (total: number) => void): ReadableStream<Uint8Array> {
  let total = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        total += chunk.byteLength;
        onBytes(total);
        controller.enqueue(chunk);
      },
    }),
  );
}

/** Hands a whole file to the browser's downloads. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
