/** How the server of a container image is started on this machine. */
export interface LocalServer {
  /** Program and arguments. The port is in `SAGEMAKER_BIND_TO_PORT`, the folder of the artefact in `SM_MODEL_DIR`. */
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Servers by image URI; a key that ends with `*` stands for every image that begins like it. */
export type ImageServers = Readonly<Record<string, LocalServer>>;

/** The server of an image: that of its URI, or else of the longest beginning. Any other image does not exist here. */
export function serverOf(image: string, servers: ImageServers): LocalServer | undefined {
  const [key] = Object.keys(servers)
    .filter((candidate) => (candidate.endsWith('*') ? image.startsWith(candidate.slice(0, -1)) : image === candidate))
    .sort((a, b) => Number(a.endsWith('*')) - Number(b.endsWith('*')) || b.length - a.length);
  return key === undefined ? undefined : servers[key];
}
