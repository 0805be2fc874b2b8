import type { FastifyHelmetOptions } from '@fastify/helmet';

export interface PageFacts {
  /** Scheme and host of the store as browsers reach it. */
  readonly storeOrigin: string;
  /** Else browsers would refuse the page on http. */
  readonly isBehindHttps: boolean;
}

/** What browsers are told with every answer. The page's own image sends the same: docker/labeler/headers.conf.template is written from this by test/deploy/page-server.spec.ts. */
export function pageHeaders({ storeOrigin, isBehindHttps }: PageFacts): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:', storeOrigin],
        connectSrc: ["'self'", storeOrigin],
        // Mantine sets sizes and colours by style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: isBehindHttps,
    crossOriginEmbedderPolicy: false,
    originAgentCluster: false,
  };
}
