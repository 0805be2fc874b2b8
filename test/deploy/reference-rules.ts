import { z } from 'zod';
import { isSelected, namespaceOf, ofKind, workloadsOf, type Manifest } from './manifest-types.js';
import { podsOf } from './network-rules.js';

const serviceSchema = z.looseObject({ spec: z.looseObject({ selector: z.record(z.string(), z.string()), ports: z.array(z.looseObject({ name: z.string(), targetPort: z.string() })) }) });
const budgetSchema = z.looseObject({ spec: z.looseObject({ selector: z.looseObject({}) }) });
const scalerSchema = z.looseObject({ spec: z.looseObject({ scaleTargetRef: z.looseObject({ kind: z.string().default('Deployment'), name: z.string() }), minReplicas: z.number().optional(), minReplicaCount: z.number().optional() }) });
const ingressSchema = z.looseObject({
  spec: z.looseObject({ rules: z.array(z.looseObject({ http: z.looseObject({ paths: z.array(z.looseObject({ backend: z.looseObject({ service: z.looseObject({ name: z.string(), port: z.looseObject({ name: z.string() }) }) }) })) }) })) }),
});
const dataSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });
const bindingSchema = z.looseObject({ roleRef: z.looseObject({ name: z.string() }), subjects: z.array(z.looseObject({ name: z.string(), namespace: z.string() })) });

const idsOf = (objects: readonly Manifest[], kind: string): Set<string> => new Set(ofKind(objects, kind).map((one) => `${namespaceOf(one)}/${one.metadata.name}`));

/** What names something that is not there: services without pods, scalers without targets, pods without their settings. */
export function brokenReferences(objects: readonly Manifest[]): string[] {
  return [...ofServices(objects), ...ofBudgets(objects), ...ofScalers(objects), ...ofIngresses(objects), ...ofPods(objects), ...ofBindings(objects)];
}

function ofServices(objects: readonly Manifest[]): string[] {
  return ofKind(objects, 'Service').flatMap((one) => {
    const { selector, ports } = serviceSchema.parse(one).spec;
    const pods = podsOf(objects).filter(({ namespace, labels }) => namespace === namespaceOf(one) && isSelected({ matchLabels: selector }, labels));
    const missing = ports.filter(({ targetPort }) => pods.some(({ portNames }) => !portNames.includes(targetPort)));
    return [...(pods.length === 0 ? [`the service ${one.metadata.name} has no pod`] : []), ...missing.map(({ targetPort }) => `the service ${one.metadata.name} leads to ${targetPort}, which its pods do not have`)];
  });
}

function ofBudgets(objects: readonly Manifest[]): string[] {
  return ofKind(objects, 'PodDisruptionBudget')
    .filter((one) => !podsOf(objects).some(({ namespace, labels }) => namespace === namespaceOf(one) && isSelected(budgetSchema.parse(one).spec.selector, labels)))
    .map(({ metadata }) => `the budget ${metadata.name} has no pod`);
}

/** Two would pull at one target; and what one owns must not have a number of its own, which each apply would set back. */
function ofScalers(objects: readonly Manifest[]): string[] {
  const scalers = [...ofKind(objects, 'HorizontalPodAutoscaler'), ...ofKind(objects, 'ScaledObject')];
  const targets = scalers.map((one) => `${namespaceOf(one)}/${scalerSchema.parse(one).spec.scaleTargetRef.name}`);
  const twice = targets.filter((one, index) => targets.indexOf(one) !== index);
  const missing = targets.filter((one) => !idsOf(objects, 'Deployment').has(one));
  const fixed = workloadsOf(objects).filter(({ namespace, name, replicas }) => replicas !== undefined && targets.includes(`${namespace}/${name}`));
  return [...twice.map((one) => `${one} has two scalers`), ...missing.map((one) => `there is no ${one} to scale`), ...fixed.map(({ name }) => `${name} has a scaler and a number`)];
}

function ofIngresses(objects: readonly Manifest[]): string[] {
  const known = ofKind(objects, 'Service').flatMap((one) => serviceSchema.parse(one).spec.ports.map(({ name }) => `${namespaceOf(one)}/${one.metadata.name}:${name}`));
  return ofKind(objects, 'Ingress').flatMap((one) =>
    ingressSchema
      .parse(one)
      .spec.rules.flatMap(({ http }) => http.paths.map(({ backend: { service } }) => `${namespaceOf(one)}/${service.name}:${service.port.name}`))
      .filter((wanted) => !known.includes(wanted))
      .map((wanted) => `the ingress leads to ${wanted}, which is not there`),
  );
}

function ofPods(objects: readonly Manifest[]): string[] {
  const [configs, accounts] = [idsOf(objects, 'ConfigMap'), idsOf(objects, 'ServiceAccount')];
  const keys = new Set(ofKind(objects, 'Secret').flatMap((one) => Object.keys(dataSchema.parse(one).data).map((key) => `${namespaceOf(one)}/${one.metadata.name}/${key}`)));
  return workloadsOf(objects).flatMap(({ name, namespace, pod }) => {
    const containers = [...pod.initContainers, ...pod.containers];
    const named = [...containers.flatMap(({ envFrom }) => envFrom.map((one) => one.configMapRef?.name)), ...pod.volumes.map((one) => one.configMap?.name)].filter((one) => one !== undefined);
    const secrets = containers.flatMap(({ env }) => env.map((one) => one.valueFrom?.secretKeyRef)).filter((one) => one !== undefined && !one.optional);
    const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts.map((one) => one.name));
    const claims = workloadClaims(objects, name);
    return [
      ...named.filter((one) => !configs.has(`${namespace}/${one}`)).map((one) => `${name} wants the settings ${one}`),
      ...secrets.filter((one) => one !== undefined && !keys.has(`${namespace}/${one.name}/${one.key}`)).map((one) => `${name} wants ${one?.key ?? ''} of the secrets`),
      ...(accounts.has(`${namespace}/${pod.serviceAccountName ?? ''}`) ? [] : [`${name} wants the account ${pod.serviceAccountName ?? ''}`]),
      ...mounts.filter((one) => ![...pod.volumes.map((volume) => volume.name), ...claims].includes(one)).map((one) => `${name} mounts ${one}, which is not there`),
      ...pod.volumes.filter((one) => !mounts.includes(one.name)).map((one) => `${name} has the volume ${one.name} for nobody`),
    ];
  });
}

const claimSchema = z.looseObject({ spec: z.looseObject({ volumeClaimTemplates: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).default([]) }) });
const workloadClaims = (objects: readonly Manifest[], name: string): string[] =>
  ofKind(objects, 'StatefulSet').filter(({ metadata }) => metadata.name === name).flatMap((one) => claimSchema.parse(one).spec.volumeClaimTemplates.map(({ metadata }) => metadata.name));

function ofBindings(objects: readonly Manifest[]): string[] {
  const [roles, accounts] = [idsOf(objects, 'Role'), idsOf(objects, 'ServiceAccount')];
  return ofKind(objects, 'RoleBinding').flatMap((one) => {
    const { roleRef, subjects } = bindingSchema.parse(one);
    return [...(roles.has(`${namespaceOf(one)}/${roleRef.name}`) ? [] : [`there is no role ${roleRef.name}`]), ...subjects.filter((of) => !accounts.has(`${of.namespace}/${of.name}`)).map((of) => `there is no account ${of.name}`)];
  });
}
