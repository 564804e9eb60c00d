import { App, Validations } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { EndpointChecks } from '../../../lib/index';
import { spamFilterRealTime } from './stack';

const app = new App({ context: recommendedFlags });
Validations.of(app).addPlugins(new EndpointChecks());
spamFilterRealTime(app);
