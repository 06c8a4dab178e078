/** A sentence about what went wrong; nothing when nothing did. */
export function Failure({ error }: { error: string | null }) {
  return error === null ? null : (
    <p class="failure" role="alert">
      {error}
    </p>
  );
}
