import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { spamFilterServerless } from './stack';

spamFilterServerless(new App({ context: recommendedFlags }));
