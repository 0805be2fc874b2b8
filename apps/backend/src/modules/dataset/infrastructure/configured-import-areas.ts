import { Injectable } from '@nestjs/common';
import { BackendConfig } from '../../../config/backend-config.js';
import { ImportAreas } from '../application/ports/import-areas.port.js';

@Injectable()
export class ConfiguredImportAreas extends ImportAreas {
  readonly prefixes: readonly string[];

  constructor(config: BackendConfig) {
    super();
    this.prefixes = config.importPrefixes;
  }
}
