// What a check is: it looks at the repository and hands back what it found wrong. Each stands in a file of its
// own and is listed in main.ts.

export interface Check {
  /** The word by which `npm run check -- <name>` picks it. */
  readonly name: string;
  /** @param root the repository's folder, ending in a slash */
  readonly run: (root: string) => Promise<Report>;
}

export interface Report {
  /** What is wrong; empty when the check passes. */
  readonly findings: readonly Finding[];
  /** Figures worth printing even when all is well. */
  readonly figures?: readonly string[];
}

export interface Finding {
  /** Path from the root, with `:line` where there is one. */
  readonly at: string;
  readonly says: string;
}
