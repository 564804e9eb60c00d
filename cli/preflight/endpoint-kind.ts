import { items, objects, type Possible, possible } from './template-values';

/** Yes, no, or either, as far as the templates say. */
export type Either = Omit<Possible<boolean>, 'absent'>;

/** What SageMaker never changes of an endpoint, as its config says it. A condition may leave both. */
export interface PossibleKinds {
  /** Whether it answers by way of S3, after the request. */
  readonly asynchronous: Either;
  /** Whether its variants have no model of their own, and models come as inference components. */
  readonly components: Either;
}

/** The kinds that an endpoint of this `AWS::SageMaker::EndpointConfig` may be of. */
export function kindsOf(config: Readonly<Record<string, unknown>>): PossibleKinds {
  const asynchronous = objects(config.AsyncInferenceConfig);
  const variants = items(config.ProductionVariants);
  const models = variants.literals.map(({ ModelName }) => possible(ModelName));
  return {
    asynchronous: {
      literals: eitherOf(asynchronous.literals.length > 0, asynchronous.absent),
      open: asynchronous.open.map((what) => `AsyncInferenceConfig is ${what}`),
    },
    components: {
      literals: eitherOf(
        models.some(({ absent }) => absent),
        // A name that is known only at deployment is a name.
        models.some(({ literals, open }) => literals.length + open.length > 0),
      ),
      open: variants.open.map((what) => `its variants are ${what}`),
    },
  };
}

/** All that an endpoint may be that has one of several configs. */
export function anyOf(kinds: readonly PossibleKinds[]): PossibleKinds {
  return {
    asynchronous: united(kinds.map(({ asynchronous }) => asynchronous)),
    components: united(kinds.map(({ components }) => components)),
  };
}

/** Of a config that is not in the templates, for which `what` stands. */
export function unknownKinds(what: string): PossibleKinds {
  return { asynchronous: { literals: [], open: [what] }, components: { literals: [], open: [what] } };
}

function eitherOf(yes: boolean, no: boolean): boolean[] {
  return [...(yes ? [true] : []), ...(no ? [false] : [])];
}

function united(parts: readonly Either[]): Either {
  return { literals: parts.flatMap(({ literals }) => literals), open: parts.flatMap(({ open }) => open) };
}
