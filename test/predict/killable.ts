export interface Kill {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** Before and after each of the first calls. */
export function kills(calls: number): Kill[] {
  return Array.from({ length: calls }, (_, index) => index + 1).flatMap((call) => [
    { call, when: 'before' as const },
    { call, when: 'after' as const },
  ]);
}

/**
 * Wraps ports of a handler that is killed around one of its calls: from then on nothing that it does goes on. Calls are
 * counted over everything that one of these wraps.
 */
export function killer(methods: readonly string[], kill: Kill, onKill: (call: string) => void) {
  let calls = 0;
  let dead = false;
  const never = () => new Promise<never>(() => {});
  const die = (name: string) => {
    dead = true;
    onKill(name);
    return never();
  };
  return <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member = Reflect.get(target, name, target);
        if (!methods.includes(String(name)) || typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (dead) return never();
          calls += 1;
          const hit = calls === kill.call;
          if (hit && kill.when === 'before') return die(String(name));
          const result = await member.apply(target, args);
          return hit ? die(String(name)) : dead ? never() : result;
        };
      },
    });
}
