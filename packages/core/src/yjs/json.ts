/** JSON text from a peer, looked at before anything recursive sees it. */

/**
 * Deepest nesting of arrays and objects in one value: more than data has, less than the stack of any recursive decoder. An
 * app that puts deeper values into its own document makes updates that nobody accepts.
 */
export const MAX_VALUE_DEPTH = 500;

/** How deep arrays and objects nest in JSON text. Says nothing of whether the text is JSON. */
export function depthOfJson(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth);
    else if (char === ']' || char === '}') depth--;
  }
  return deepest;
}

/** The value of JSON text, or undefined when it is none. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
