import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * An independent implementation of MongoDB's wire protocol, for machines that have neither mongod nor a container
 * engine. Prints its port, serves until standard input closes, and so never outlives the process that started it.
 *
 * <p>Arguments: the port (0: any free one) and, optionally, the data file; without it everything stays in memory.
 */
final class MongoStandIn {
    /** The Rust driver refuses wire versions below 9 and the library reports 8, though it knows what 5.0 asks of it. */
    private static final class Reported implements MongoVersion {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 13;
        }
    }

    public static void main(String[] args) throws Exception {
        H2Backend backend = args.length > 1 ? new H2Backend(args[1]) : H2Backend.inMemory();
        MongoServer server = new MongoServer(backend.version(new Reported()));
        server.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0, 0);
        System.out.println("listening on port " + server.getLocalAddress().getPort());
        while (System.in.read() >= 0) {
            // Only the end of the stream means anything.
        }
        server.shutdownNow();
        backend.close();
    }
}
