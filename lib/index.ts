export { Criterion, DataClass, OnCall, type Owner, type ProductionContract } from './contract/api';
export type { FunctionSettings } from './core/handler-function';
export { StageBudget, type StageBudgetProps } from './cost/stage-budget';
export type {
  AsynchronousExchange,
  BackendCapabilities,
  EndpointFront,
  IBoundModelBackend,
  IModelBackend,
  ModelBackendBindOptions,
} from './endpoint/api';
export type { LambdaBackendProps } from './endpoint/lambda-backend';
export { ModelBackend } from './endpoint/model-backend';
export { ModelCode } from './endpoint/model-code';
export { GuardMode, GuardPolicy, type GuardRuleOptions, SensitiveData } from './guard/api';
export type { IModelRegistry } from './lifecycle/api';
export { ModelRegistry, type ModelRegistryProps } from './lifecycle/model-registry';
export { AlarmRoute, type TopicRouteProps } from './monitor/alarm-route';
export { type AlarmDeclaration, type IAlarmRoute, type IMonitor, Severity } from './monitor/api';
export { Monitor, type MonitorProps } from './monitor/monitor';
export { ProductionModel, type ProductionModelProps } from './production-model';
export type { DeferredAnswers, IPredictionApi, IPredictionLog } from './serve/api';
export { ApiAccess, type ApiAccessBindOptions, type ApiAuthorization, type OidcAccessProps } from './serve/api-access';
export { PredictionApi, type PredictionApiProps } from './serve/prediction-api';
export { PredictionLog, type PredictionLogProps } from './serve/prediction-log';
export { StageProfile, type StageProfileProps } from './stage/api';
