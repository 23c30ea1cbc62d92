/** What paints a text. `picocolors` fits; so does anything that returns its input. */
export interface Colours {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
}

const asIs = (text: string): string => text;

/** Paints nothing. */
export const PLAIN: Colours = {
  red: asIs,
  green: asIs,
  yellow: asIs,
  cyan: asIs,
  bold: asIs,
  dim: asIs,
};
