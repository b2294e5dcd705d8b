#include "maze/world.hpp"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "shared/lines.hpp"

namespace maze {

namespace {

constexpr int kSteps = 5;  // Of the engine, in a control step.

/// MuJoCo 2.2 keeps what it read last for the whole process.
std::mutex reading;

mjModel* read_mjcf(const std::string& text) {
  constexpr const char* kName = "maze.xml";
  const auto files = std::make_unique<mjVFS>();  // 1 MB.
  mj_defaultVFS(files.get());
  const std::lock_guard lock(reading);
  if (mj_makeEmptyFileVFS(files.get(), kName, static_cast<int>(text.size())) != 0) {
    throw std::runtime_error("MuJoCo: no room for the maze");
  }
  std::ranges::copy(text, static_cast<char*>(files->filedata[0]));
  char error[1000] = "";
  mjModel* model = mj_loadXML(kName, files.get(), error, sizeof error);
  mj_deleteFileVFS(files.get(), kName);
  if (model == nullptr) throw std::runtime_error(std::string("MuJoCo: ") + error);
  return model;
}

}  // namespace

// The published model has a floor, motors, and marks for goal and teleports besides. The disc touches the floor without
// being in it, the motors are never driven, and the marks collide with nothing: none of them moves anything.
std::string to_mjcf(const Maze& maze) {
  std::string text = ripen::examples::format(R"(<mujoco>
<option timestep="0.02" integrator="RK4"/>
<default>
<joint limited="false" armature="0" damping="0"/>
<geom condim="3" friction="1 0.5 0.5" density="100" margin="0" contype="1" conaffinity="0"/>
</default>
<worldbody>
<body>
<joint type="slide" axis="1 0 0"/>
<joint type="slide" axis="0 1 0"/>
<geom type="sphere" size="%g" pos="0 0 %g"/>
</body>
)",
                                             kRadius, kRadius);
  for (int row = 0; row < maze.rows; ++row) {
    for (int column = 0; column < maze.columns; ++column) {
      if (maze.is_free({row, column})) continue;
      const Point centre = centre_of({row, column});
      text += ripen::examples::format("<geom type=\"box\" pos=\"%g %g %g\" size=\"%g %g %g\" conaffinity=\"1\"/>\n",
                                      centre.x, centre.y, kUnit / 4, kUnit / 2, kUnit / 2, kUnit / 4);
    }
  }
  return text + "</worldbody>\n</mujoco>\n";
}

struct World::Impl {
  struct Freed {
    void operator()(mjModel* owned) const { mj_deleteModel(owned); }
    void operator()(mjData* owned) const { mj_deleteData(owned); }
  };

  Impl(const Maze& of, std::uint64_t seed)
      : maze(of), random(seed), model(read_mjcf(to_mjcf(of))), data(mj_makeData(model.get())) {
    if (data == nullptr) throw std::runtime_error("MuJoCo: no memory for the maze");
  }

  [[nodiscard]] Point position() const { return {data->qpos[0], data->qpos[1]}; }

  void place(Point p) {
    data->qpos[0] = p.x;
    data->qpos[1] = p.y;
    data->qvel[0] = data->qvel[1] = 0.0;
    mj_forward(model.get(), data.get());
  }

  Maze maze;
  ripen::Random random;
  std::unique_ptr<mjModel, Freed> model;
  std::unique_ptr<mjData, Freed> data;
};

World::World(const Maze& maze, std::uint64_t seed) : impl_(std::make_unique<Impl>(maze, seed)) { place({}); }
World::~World() = default;
World::World(World&&) noexcept = default;
World& World::operator=(World&&) noexcept = default;

Point World::position() const { return impl_->position(); }

void World::place(Point p) {
  mj_resetData(impl_->model.get(), impl_->data.get());
  impl_->place(p);
}

Point World::act(Point action) {
  mjData* data = impl_->data.get();
  data->qpos[0] += kStride * std::clamp(action.x, -1.0, 1.0);
  data->qpos[1] += kStride * std::clamp(action.y, -1.0, 1.0);
  data->qvel[0] = data->qvel[1] = 0.0;
  for (int i = 0; i < kSteps; ++i) mj_step(impl_->model.get(), data);
  const Point seen = position();
  if (is_in_teleport(impl_->maze, seen)) {
    impl_->place(teleported(impl_->maze, seen, impl_->random.below(static_cast<int>(impl_->maze.ways_out.size()))));
  }
  return seen;
}

}  // namespace maze
