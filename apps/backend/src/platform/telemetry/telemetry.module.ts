import { Metrics, MetricsServer, stopTracing } from '@app/observability';
import { Global, Logger, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { BackendConfig } from '../../config/backend-config.js';
import { traceCommands } from './command-traces.js';

/** The metrics of this replica, and the port on which they are read (without it nothing of the process is measured; who counts may count); and the spans of commands. */
@Global()
@Module({
  providers: [{ provide: Metrics, inject: [BackendConfig], useFactory: (config: BackendConfig) => new Metrics('backend', { withProcess: config.metricsListen !== null }) }],
  exports: [Metrics],
})
export class TelemetryModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Metrics');
  private readonly server: MetricsServer;

  constructor(
    private readonly config: BackendConfig,
    metrics: Metrics,
    commands: CommandBus,
  ) {
    traceCommands(commands);
    this.server = new MetricsServer(metrics);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { metricsListen } = this.config;
    if (metricsListen === null) return;
    const port = await this.server.listen(metricsListen);
    this.logger.log(`Metrics are read on port ${port}.`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
    await stopTracing();
  }
}
