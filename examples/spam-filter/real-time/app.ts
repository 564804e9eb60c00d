import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { spamFilterRealTime } from './stack';

spamFilterRealTime(new App({ context: recommendedFlags }));
