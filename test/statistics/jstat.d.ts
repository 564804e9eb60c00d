declare module 'jstat' {
  interface Distribution {
    cdf(x: number, ...parameters: number[]): number;
    inv(p: number, ...parameters: number[]): number;
  }

  export const jStat: {
    readonly chisquare: Distribution;
    readonly normal: Distribution;
    readonly lognormal: Distribution;
    readonly cauchy: Distribution;
    gammaln(x: number): number;
    lowRegGamma(a: number, x: number): number;
    mean(values: readonly number[]): number;
    variance(values: readonly number[], sample?: boolean): number;
  };
}
