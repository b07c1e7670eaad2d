package dev.aloft.service.lambda.invoke;

/** The parts of an X-Ray trace header. */
record Trace(String root, String parent, boolean sampled) {
    static Trace of(String header) {
        String root = "";
        String parent = "";
        boolean sampled = false;
        for (String part : header == null ? new String[0] : header.split(";")) {
            int equals = part.indexOf('=');
            String value = part.substring(equals + 1).strip();
            switch (equals < 0 ? "" : part.substring(0, equals).strip()) {
                case "Root" -> root = value;
                case "Parent" -> parent = value;
                case "Sampled" -> sampled = value.equals("1");
                default -> { }
            }
        }
        return new Trace(root, parent, sampled);
    }

    /** As Lambda answers it to whoever invokes. */
    String told() {
        return "root=" + root + (sampled ? ";parent=" + parent + ";sampled=1" : ";sampled=0");
    }
}
