import { App } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { ProductionModel } from '../lib/index';
import { stages } from './stages';

const app = new App({ context: recommendedFlags });
for (const { id, ...props } of stages) new ProductionModel(app, id, props);
