/** Files to and from the user: a download, and the browser's own way to choose some. */

export function download(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Calls back with the files that were chosen, if any. */
export function chooseFiles(accept: string, onChosen: (files: readonly File[]) => void): void {
  const field = document.createElement('input');
  field.type = 'file';
  field.multiple = true;
  field.accept = accept;
  field.addEventListener('change', () => onChosen([...(field.files ?? [])]));
  field.click();
}
