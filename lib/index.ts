export { EndpointChecks } from './check/endpoint-checks';
export { Criterion, DataClass, OnCall, type Owner, type ProductionContract } from './contract/api';
export type { FunctionSettings } from './core/handler-function';
export { StageBudget, type StageBudgetProps } from './cost/stage-budget';
export type { IDataPipeline, IDatasetStore } from './data/api';
export {
  Column,
  type ColumnOptions,
  FaultSeverity,
  type NumberColumnOptions,
  type StringColumnOptions,
  type TimeColumnOptions,
} from './data/column';
export { DataPipeline } from './data/data-pipeline';
export type { DataPipelineOptions, DataPipelineProps } from './data/data-pipeline-props';
export {
  type CronScheduleOptions,
  DataSchedule,
  type DayScheduleOptions,
  type WeekScheduleOptions,
} from './data/data-schedule';
export { DataSource, type DataSourceOptions, type PrefixSourceOptions, SourceFormat } from './data/data-source';
export {
  type ClassBalanceOptions,
  DatasetSchema,
  type DatasetSchemaProps,
  type FreshnessOptions,
  type ShareRange,
} from './data/dataset-schema';
export { DatasetStore, type DatasetStoreProps } from './data/dataset-store';
export { type HashHoldOutOptions, HoldOut } from './data/hold-out';
export {
  type AsynchronousExchange,
  type BackendCapabilities,
  type CanaryRolloutOptions,
  type ComponentModel,
  type EndpointBindOptions,
  type EndpointFront,
  type EndpointObjectives,
  type IBoundEndpoint,
  type IBoundModelBackend,
  type IModelBackend,
  type LinearRolloutOptions,
  type ModelBackendBindOptions,
  type RollingRolloutOptions,
  Rollout,
  type RolloutOptions,
  type VariantImage,
} from './endpoint/api';
export type { AsyncHostingProps } from './endpoint/async-hosting';
export type { ScaleToZeroHostingProps } from './endpoint/component-hosting';
export type { ComponentOptions, FleetComponent } from './endpoint/component-options';
export { DataCapture, type OutputCaptureOptions } from './endpoint/data-capture';
export { DeepLearningContainer } from './endpoint/deep-learning-container';
export { EndpointController, type EndpointControllerProps } from './endpoint/endpoint-controller';
export { EndpointHosting } from './endpoint/endpoint-hosting';
export type { EndpointNetworkOptions } from './endpoint/endpoint-network';
export { EndpointParameters, type EndpointParametersProps } from './endpoint/endpoint-parameters';
export {
  type ConcurrencyScalingOptions,
  EndpointScaling,
  type InvocationScalingOptions,
  type ScalingOptions,
} from './endpoint/endpoint-scaling';
export { EndpointSchedule, type EndpointScheduleProps } from './endpoint/endpoint-schedule';
export { EndpointWatch, type EndpointWatchProps } from './endpoint/endpoint-watch';
export type { IEndpointHosting, InstanceOptions } from './endpoint/hosting';
export type { LambdaBackendProps } from './endpoint/lambda-backend';
export { ModelBackend } from './endpoint/model-backend';
export { ModelCode } from './endpoint/model-code';
export { type ImageBuildOptions, ModelImage } from './endpoint/model-image';
export {
  type ArtifactSourceOptions,
  type DeepLearningSourceOptions,
  type ImageSourceOptions,
  type ModelEnvironmentOptions,
  ModelSource,
  type RegistrySourceOptions,
} from './endpoint/model-source';
export { NetworkIsolation } from './endpoint/network-isolation';
export type { RealTimeHostingProps, ShadowVariantOptions } from './endpoint/real-time-hosting';
export { RollbackAlarms } from './endpoint/rollback-alarms';
export type {
  AsyncBackendProps,
  ImportedEndpointProps,
  RealTimeBackendProps,
  SageMakerBackendOptions,
  ScaleToZeroBackendProps,
  ServerlessBackendProps,
} from './endpoint/sagemaker-backend';
export { SageMakerEndpoint } from './endpoint/sagemaker-endpoint';
export type { EndpointOptions, SageMakerEndpointProps } from './endpoint/sagemaker-endpoint-props';
export { type OfficeHoursOptions, ScalingSchedule } from './endpoint/scaling-schedule';
export type { ServerlessHostingProps } from './endpoint/serverless-hosting';
export { VerifiedRollout, type VerifiedRolloutProps } from './endpoint/verified-rollout';
export { WarmUp } from './endpoint/warm-up';
export { GuardMode, GuardPolicy, type GuardRuleOptions, SensitiveData } from './guard/api';
export type { IModelRegistry } from './lifecycle/api';
export { ModelRegistry, type ModelRegistryProps } from './lifecycle/model-registry';
export { AlarmRoute, type TopicRouteProps } from './monitor/alarm-route';
export { type AlarmDeclaration, type IAlarmRoute, type IMonitor, Severity } from './monitor/api';
export type { ModelAlarmsProps } from './monitor/model-alarms';
export { ModelDashboard, type ModelDashboardProps } from './monitor/model-dashboard';
export { Monitor, type MonitorProps } from './monitor/monitor';
export { ProductionModel } from './production-model';
export type { ProductionModelProps } from './production-model-props';
export type { DeferredAnswers, IPredictionApi, IPredictionLog } from './serve/api';
export { ApiAccess, type ApiAccessBindOptions, type ApiAuthorization, type OidcAccessProps } from './serve/api-access';
export { PredictionApi } from './serve/prediction-api';
export type { PredictionApiProps } from './serve/prediction-api-props';
export { PredictionLog, type PredictionLogProps } from './serve/prediction-log';
export { StageProfile, type StageProfileProps } from './stage/api';
