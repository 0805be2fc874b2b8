import { Metrics, MetricsServer } from '@app/observability';
import { Global, Logger, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BackendConfig } from '../../config/backend-config.js';

/** The metrics of this replica, and the port on which they are read. Without the port nothing of the process is measured; who counts may count. */
@Global()
@Module({
  providers: [{ provide: Metrics, inject: [BackendConfig], useFactory: (config: BackendConfig) => new Metrics('backend', { withProcess: config.metricsListen !== null }) }],
  exports: [Metrics],
})
export class MetricsModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Metrics');
  private readonly server: MetricsServer;

  constructor(
    private readonly config: BackendConfig,
    metrics: Metrics,
  ) {
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
  }
}
