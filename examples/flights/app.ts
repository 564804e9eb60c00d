import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { flights } from './stack';

flights(new App({ context: recommendedFlags }));
