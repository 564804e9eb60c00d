import type { Clock } from '../ports';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  alarm: (ms) => {
    let timer: NodeJS.Timeout | undefined;
    const rings = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.max(0, ms));
    });
    return { rings, cancel: () => clearTimeout(timer) };
  },
};
