declare module 'asl-validator' {
  /** Checks a definition against the Amazon States Language. Adds defaults to what it is given. */
  export default function aslValidator(definition: object): {
    readonly isValid: boolean;
    errorsText(separator: string): string;
  };
}
