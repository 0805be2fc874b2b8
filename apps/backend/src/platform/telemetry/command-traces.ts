import { inSpanOfTrace, isTracing } from '@app/observability';
import type { CommandBus } from '@nestjs/cqrs';

/** A span for each command that belongs to a request or a message; sweeps have none. The bus has no place for such a thing, so its one method is wrapped. */
export function traceCommands(bus: CommandBus): void {
  if (!isTracing()) return;
  const execute: (command: object, ...rest: never[]) => Promise<unknown> = bus.execute.bind(bus);
  Object.assign(bus, { execute: (command: object, ...rest: never[]) => inSpanOfTrace(`command ${command.constructor.name.replace(/Command$/, '')}`, {}, () => execute(command, ...rest)) });
}
