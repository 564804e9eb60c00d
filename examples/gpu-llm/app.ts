import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { gpuLlm } from './stack';

gpuLlm(new App({ context: recommendedFlags }));
