/** Gives each image a name whose part before the extension is its own: formats with a label file an image know images by it. */
export class UniqueStems {
  private readonly taken = new Set<string>();

  /** The path, with the id in it where another image has the stem already (in any case of letters). */
  path(path: string, id: number): string {
    const dot = path.lastIndexOf('.') > path.lastIndexOf('/') ? path.lastIndexOf('.') : path.length;
    const [stem, extension] = [path.slice(0, dot), path.slice(dot)];
    const unique = this.taken.has(stem.toLowerCase()) ? `${stem}-${id}` : stem;
    this.taken.add(unique.toLowerCase());
    return unique + extension;
  }
}

export const stemOf = (path: string): string => path.replace(/\.[^./]+$/, '');
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** `images/a.jpg` as `a.jpg`: how other formats write names. */
export const insideImages = (fileName: string): string => fileName.replace(/^images\//, '');
