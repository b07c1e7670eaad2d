package dev.aloft.service.lambda.invoke;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where what runs functions comes from.
 *
 * @param nodePackages the node_modules with the AWS SDK that Node.js functions find in their runtime, if it was
 *                     installed
 * @param pythonPackages the folder with the AWS SDK that Python functions find in theirs
 * @param fetches      whether an interpreter that this machine lacks is fetched from a package registry, where one has
 *                     it
 */
public record RuntimeSources(Optional<Path> nodePackages, Optional<Path> pythonPackages, boolean fetches) {}
